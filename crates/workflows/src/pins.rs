//! Other people's actions: one table, each at one commit.

/// An action at a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// Whose it is.
    pub action: &'static str,
    /// The commit, 40 hexadecimal digits: a tag can be moved.
    pub sha: &'static str,
    /// The tag that stood at the commit, for people and for programs that look for newer ones.
    pub version: &'static str,
}

/// Every action of others that a workflow may use.
pub const PINS: [Pin; 5] = [
    Pin::CHECKOUT,
    Pin::UPLOAD,
    Pin::DOWNLOAD,
    Pin::NODE,
    Pin::PNPM,
];

impl Pin {
    /// Gets the repository.
    pub const CHECKOUT: Self = Self {
        action: "actions/checkout",
        sha: "3d3c42e5aac5ba805825da76410c181273ba90b1",
        version: "v7.0.1",
    };
    /// Hands a folder on.
    pub const UPLOAD: Self = Self {
        action: "actions/upload-artifact",
        sha: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
        version: "v7.0.0",
    };
    /// Takes a folder over.
    pub const DOWNLOAD: Self = Self {
        action: "actions/download-artifact",
        sha: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
        version: "v8.0.1",
    };
    /// Brings Node.js.
    pub const NODE: Self = Self {
        action: "actions/setup-node",
        sha: "820762786026740c76f36085b0efc47a31fe5020",
        version: "v7.0.0",
    };
    /// Brings pnpm.
    pub const PNPM: Self = Self {
        action: "pnpm/action-setup",
        sha: "0977fd99725f1db4007ccb2928dbb4e90d06cc86",
        version: "v6.0.10",
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_a_whole_commit_with_a_whole_version() {
        for pin in PINS {
            assert_eq!(pin.sha.len(), 40, "{}", pin.action);
            assert!(
                pin.sha
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            );
            assert_eq!(pin.version.split('.').count(), 3, "{}", pin.action);
        }
    }
}
