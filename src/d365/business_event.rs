//! Business events: which order they are about. Pure; receiving is the web's business.
