//! Images of a proof of delivery inside a push.
