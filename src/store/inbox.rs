//! What vendors pushed to us, each delivery once, with its verdict.
