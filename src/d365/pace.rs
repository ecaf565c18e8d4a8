//! How many calls an environment gets at a time, and how fast.
