//! What a request is: types, fields, lanes, and reading one from what people write.
