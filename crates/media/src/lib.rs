//! Pictures: checked, cleaned, cropped, drawn, and written where they belong.
