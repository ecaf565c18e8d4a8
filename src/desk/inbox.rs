//! What FedEx pushed: deliveries with their verdict, and what can be done with them.

use crate::desk::OperatorDesk;
use app::desk::InboxDesk;
use async_trait::async_trait;

#[async_trait]
impl InboxDesk for OperatorDesk {}
