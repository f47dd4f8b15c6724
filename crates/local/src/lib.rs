//! The embedded forge: SQLite in one file and a bare git repository beside it.
