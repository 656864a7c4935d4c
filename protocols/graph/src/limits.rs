//! Every limit of this protocol, in one place. Over a limit the answer is Graph's own error, before anything is done.

use std::time::Duration;

/// The longest URL, path and query together; clients split longer ones themselves.
pub const URL_BYTES_MAX: usize = 16 << 10;
/// The largest request body.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// The longest header value that is looked at.
pub const HEADER_BYTES_MAX: usize = 8 << 10;
/// The deepest path: Graph's deepest in scope has nine segments.
pub const SEGMENTS_MAX: usize = 24;

/// Requests in one batch.
pub const BATCH_MAX: usize = 20;

/// The longest `$filter`, in bytes.
pub const FILTER_BYTES_MAX: usize = 8 << 10;
/// How deep a filter's parentheses, lambdas and negations may nest.
pub const FILTER_DEPTH_MAX: usize = 24;
/// How many comparisons a filter may hold.
pub const FILTER_TERMS_MAX: usize = 200;
/// How many values an `in` may list.
pub const FILTER_VALUES_MAX: usize = 500;

/// `$orderby` clauses.
pub const ORDER_MAX: usize = 8;
/// `$select` items, nested ones not counted.
pub const SELECT_MAX: usize = 500;
/// Relations in one `$expand`.
pub const EXPAND_MAX: usize = 20;
/// How deep `$expand` may nest; `$levels` counts.
pub const EXPAND_DEPTH_MAX: usize = 6;
/// Items of one expanded relation of a directory object; there is no next page.
pub const EXPAND_ITEMS_DIRECTORY: usize = 20;
/// Items of one expanded relation of anything else.
pub const EXPAND_ITEMS_MAX: usize = 1_000;

/// The largest page of directory objects.
pub const TOP_MAX_DIRECTORY: usize = 999;
/// A page of directory objects when nothing is said.
pub const TOP_DIRECTORY: usize = 100;
/// The largest page of anything else, and a page when nothing is said.
pub const TOP_MAX: usize = 1_000;
/// Where a `$skip` may point.
pub const SKIP_MAX: usize = 1_000_000;

/// References in one request: `members@odata.bind`.
pub const BIND_MAX: usize = 20;
/// Ids in `getByIds` and in membership questions.
pub const IDS_MAX: usize = 1_000;
/// Children given inline in one create: a settings-catalog policy has some hundreds.
pub const CHILDREN_MAX: usize = 2_000;
/// How deep a body's values may nest.
pub const BODY_DEPTH_MAX: usize = 24;

/// Commits and journal rows looked at for one page of changes or of what happened; a page may be empty and go on.
pub const COMMITS_PER_PAGE: usize = 20_000;
/// Targets printed in one audit record; a commit that touched more says how many.
pub const AUDIT_TARGETS_MAX: usize = 50;
/// Assignments whose reach is worked out together.
pub const PREVIEWED_MAX: usize = 100;
/// Previews over all devices at once; each has a thread. More wait for their turn.
pub const PREVIEWS_MAX: usize = 4;
/// How long somebody waits for a turn before being told to come back.
pub const PREVIEW_WAIT_MAX: Duration = Duration::from_secs(5);
/// Rehearsals at once; each has a thread. More are told to come back.
pub const REHEARSALS_MAX: usize = 8;
/// Commits told of one rehearsal; the answer says whether those were all.
pub const REHEARSED_MAX: usize = 2_000;
