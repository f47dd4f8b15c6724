//! What happens next: decide and settle.
