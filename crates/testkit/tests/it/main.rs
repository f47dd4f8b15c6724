//! The scripted model, asked as a program asks it: with bytes over a socket.

mod model;
