//! Deletions over a real store and a real engine, with a clock that is moved.

mod beside_an_edit;
mod overdue;
