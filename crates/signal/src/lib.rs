//! What an agent said: from transcript to outcome.
