//! What is written back onto orders in Dynamics 365, where to, and how it went.

use crate::desk::OperatorDesk;
use app::desk::WriteBackDesk;
use async_trait::async_trait;

#[async_trait]
impl WriteBackDesk for OperatorDesk {}
