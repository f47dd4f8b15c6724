//! What is published: pages of front matter and MDX, written safely and checked.
