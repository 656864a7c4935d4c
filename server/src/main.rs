//! `castellan`: the server, its demonstration, and the sub-commands for an administrator's desk.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::config::ServeOptions;
use server::demo::DemoOptions;

/// People, the devices they use, and the rules that decide what each may reach.
#[derive(Parser)]
#[command(name = "castellan", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server of a data folder.
    Serve(Box<ServeOptions>),
    /// Run a server with a small organisation in it and tell one person's whole story.
    Demo(DemoOptions),
    /// Bring people in from the HR system.
    #[command(subcommand)]
    Hr(cli::HrCommand),
    /// Look after the audit.
    #[command(subcommand)]
    Audit(cli::AuditCommand),
    /// Look after the keys that sign tokens.
    #[command(subcommand)]
    Keys(cli::KeysCommand),
    /// Let devices join by themselves on their first boot.
    #[command(subcommand)]
    ZeroTouch(cli::ZeroTouchCommand),
    /// Put a load of simulated devices on a server.
    #[command(subcommand)]
    Sim(fleet::SimCommand),
    /// Ask why: a membership, a licence, a refused sign-in, a setting.
    Explain(cli::ExplainOptions),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("CASTELLAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // One crypto provider for everything that speaks TLS.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("castellan: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(arguments.command));
    // Whatever still runs in the background has been told to stop, or does not matter.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("castellan: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<bool, String> {
    let say = |error: cli::ApiError| error.to_string();
    match command {
        Command::Serve(options) => server::start::serve(*options).await.map(|()| true),
        Command::Demo(options) => server::demo::run(options).await,
        Command::Hr(command) => cli::run_hr(command).await.map_err(say),
        Command::Audit(command) => cli::run_audit(command).await.map_err(say),
        Command::Keys(command) => cli::run_keys(command).await.map_err(say),
        Command::ZeroTouch(command) => cli::run_zero_touch(command).await.map_err(say),
        Command::Sim(command) => fleet::run_sim(command).await,
        Command::Explain(options) => cli::run_explain(options).await.map_err(say),
    }
}
