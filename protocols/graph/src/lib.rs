//! Microsoft Graph.
mod errors;
mod filter;
mod given;
mod headers;
mod json;
mod limits;
mod list;
mod order;
mod path;
mod print;
mod projection;
mod query;
mod refs;
mod resolve;
mod search;
mod token;
mod write;
