//! Which orders changed since a moment, where the environment can say it.
