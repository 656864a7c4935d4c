//! The words that the simulated organisation is made of.

pub const DEPARTMENTS: &[&str] = &["Sales", "Engineering", "Finance", "sales", "Legal"];
pub const TITLES: &[&str] = &["Engineer", "Manager", "Assistant", "Senior Engineer"];
pub const CITIES: &[&str] = &["Hamburg", "Lyon", "Graz"];
pub const COUNTRIES: &[&str] = &["DE", "FR", "AT", "US"];
pub const DOMAIN: &str = "xyz.example";
