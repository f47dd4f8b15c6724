//! A repository on disk, driven through the git program with nothing inherited.
