//! Is the new version as good as the old one? Pure statistics: no I/O, no clock, no randomness.
