//! How orders come in: cursors, gaps, and why an order was not shipped.

use crate::desk::OperatorDesk;
use app::desk::PullDesk;
use async_trait::async_trait;

#[async_trait]
impl PullDesk for OperatorDesk {}
