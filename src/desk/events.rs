//! Business events of Dynamics 365: the addresses they come to, and what came.

use crate::desk::OperatorDesk;
use app::desk::EventDesk;
use async_trait::async_trait;

#[async_trait]
impl EventDesk for OperatorDesk {}
