//! Every number that bounds this protocol. Both sides hold to them: the server refuses what is over, the agent trims its
//! reports to fit and refuses an answer that is over.

/// Body of `join`, `renew`, `session`.
pub const SMALL_BODY_BYTES_MAX: usize = 32 * 1024;
/// Body of a check-in.
pub const CHECK_IN_BYTES_MAX: usize = 1024 * 1024;
/// Answer to a check-in: settings carry file contents.
pub const CHECK_IN_ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Questions and answers in one conversation; more means that the server never comes to rest.
pub const ROUNDS_MAX: usize = 8;
/// The archive of collected diagnostics; the agent leaves the oldest lines of its logs out until it fits.
pub const DIAGNOSTICS_BYTES_MAX: usize = 768 * 1024;
/// A recovery key, in bytes.
pub const RECOVERY_KEY_BYTES_MAX: usize = 256;
/// One line of the wake stream.
pub const WAKE_LINE_BYTES_MAX: usize = 4 * 1024;

/// Names, versions, serial numbers and other short texts in requests, in bytes.
pub const TEXT_BYTES_MAX: usize = 256;
/// A reason, an error or an observed value in a report, in bytes; the agent cuts longer ones at a character.
pub const DETAIL_BYTES_MAX: usize = 1024;
/// An id of a setting, app or action, and a version of the desired state, in bytes.
pub const ID_BYTES_MAX: usize = 256;

/// Settings in one desired state, and results in one report.
pub const SETTINGS_MAX: usize = 500;
/// Pieces of software in one report; the agent leaves the rest out.
pub const SOFTWARE_MAX: usize = 5_000;
/// Apps in one desired state, and results in one report.
pub const APPS_MAX: usize = 200;
/// Actions in one answer, and results in one report.
pub const ACTIONS_MAX: usize = 50;
/// Scripts in one desired state, and results in one report.
pub const SCRIPTS_MAX: usize = 30;
/// One script, or one half of a remediation.
pub const SCRIPT_BYTES_MAX: usize = 64 * 1024;
/// What is kept of the output, and of the errors, of one run.
pub const SCRIPT_OUTPUT_BYTES_MAX: usize = 2048;
/// What a script that only looks may print: all of it counts, so what is longer is cut and judged as nothing.
pub const DISCOVERY_OUTPUT_BYTES_MAX: usize = 16 * 1024;
/// Mounts in the facts.
pub const MOUNTS_MAX: usize = 32;
/// Compliance reasons in one answer.
pub const REASONS_MAX: usize = 200;

/// Content of a file, block or line that a setting writes.
pub const CONTENT_BYTES_MAX: usize = 256 * 1024;
/// The signature of a release of the agent, in bytes: minisign's have some 350.
pub const SIGNATURE_BYTES_MAX: usize = 2 * 1024;
/// Paths of which a setting needs one.
pub const NEEDS_MAX: usize = 16;
/// Commands that one setting has run, and the bytes of one.
pub const COMMANDS_MAX: usize = 8;
pub const COMMAND_BYTES_MAX: usize = 1024;
/// A path in a setting or detection, in bytes.
pub const PATH_BYTES_MAX: usize = 512;
/// One path component (Linux NAME_MAX).
pub const PATH_COMPONENT_BYTES_MAX: usize = 255;

/// One package as downloaded.
pub const PACKAGE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// One package as unpacked, so that a small archive cannot fill the disk.
pub const UNPACKED_BYTES_MAX: u64 = 8 * 1024 * 1024 * 1024;
/// Files and folders in one package.
pub const PACKAGE_FILES_MAX: usize = 100_000;

/// How long a nonce may be used.
pub const NONCE_SECONDS: i64 = 300;
/// `exp − iat` of an assertion.
pub const ASSERTION_SECONDS: i64 = 300;

/// The server speaks on the wake stream at least this often.
pub const PING_SECONDS: u64 = 20;
/// The agent gives a silent stream up after this long: two pings lost.
pub const SILENCE_SECONDS_MAX: u64 = 50;
/// Changes this close together may be one wake.
pub const WAKE_JOIN_MILLISECONDS: u64 = 50;
/// The shortest and the longest wait before the agent connects again, before jitter.
pub const RECONNECT_SECONDS_MIN: u64 = 1;
pub const RECONNECT_SECONDS_MAX: u64 = 300;
/// The agent holds `nextCheckInSeconds` to this range, so that a mistake neither storms the server nor loses the device.
pub const CHECK_IN_SECONDS_MIN: u64 = 15;
pub const CHECK_IN_SECONDS_MAX: u64 = 24 * 60 * 60;
/// Endorsement keys that one claim of a TPM names besides the first.
pub const ENDORSEMENT_KEYS_MAX: usize = 3;
