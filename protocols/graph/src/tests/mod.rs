//! Tests of the whole protocol: requests over an engine in memory, with real tokens.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod authentication;
mod branding;
mod desk;
mod device_secrets;
mod every_kind;
mod journal;
mod licence_details;
mod mutations;
mod reach;
mod refresh_tokens;
mod rehearse;
mod reports;
mod requested_apps;
mod retire_list;
mod scale;
mod signing_keys;
mod stream;
mod tokens;
mod transcripts;
