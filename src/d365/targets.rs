//! Where values are written back: targets as data, their presets and their faults.
