//! The unguessable parts of the addresses business events come to, hashed.
