//! Reads orders one by one, because something hinted that they changed: an event, a watermark, an operator.
