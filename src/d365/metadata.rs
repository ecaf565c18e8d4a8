//! Which fields an environment offers for writing, from `/metadata` or a streamed `$metadata`.
