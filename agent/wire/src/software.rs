//! One piece of software that is installed on the device, whoever installed it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Software {
    /// As the system's packager calls it.
    pub name: String,
    pub version: String,
    /// Who made or maintains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
}
