//! being written
pub struct RuleError;
pub struct RuleNames;
pub fn parse_rule() {}
