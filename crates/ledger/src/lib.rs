//! What it costs: nano-dollars, price book, reservations, price tag.
