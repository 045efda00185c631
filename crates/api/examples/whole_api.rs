//! The whole API on SQLite in one file of wiring, for profiling without the command line around it.
//! `RAALLY_DATA_DIR=/tmp/x RAALLY_LISTEN=127.0.0.1:8080 cargo run --release -p raally-api --example whole_api`
#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::path::PathBuf;

use raally_api::{Parts, Platform, ServeOptions, Settings, routes, serve};
use raally_application::accounts::{Accounts, SignUp};
use raally_application::vault::Vault;
use raally_application::{App, Mint};
use raally_identity::Keyring;
use raally_identity::password::HasherLimits;
use raally_storage::{Location, Mode, Store, StoreConfig};

#[tokio::main(worker_threads = 2)]
async fn main() {
    let folder = PathBuf::from(std::env::var("RAALLY_DATA_DIR").unwrap_or_else(|_| "data".into()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = std::env::var("RAALLY_DATABASE_URL").unwrap_or_else(|_| folder.join("raally.db").display().to_string());
    let store = Store::open(&StoreConfig::new(Location::parse(&url).unwrap(), "0.1.0")).await.unwrap();
    store.migrate(Mode::Expand).await.unwrap();
    let keyring = Keyring::load_or_create(&folder.join("secret.key")).unwrap();
    let accounts = Accounts::new(&keyring, SignUp::Open, HasherLimits::default()).unwrap();
    let app = App::new(store, Mint::system(), Vault::new(keyring).unwrap(), accounts);
    let settings = Settings { rate_limit: None, ..Settings::default() };
    let platform = Platform::new(app, routes::operations(), Parts::new(settings)).unwrap();
    let listen = std::env::var("RAALLY_LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".into());
    let listener = tokio::net::TcpListener::bind(listen).await.unwrap();
    let stop = async {
        _ = tokio::signal::ctrl_c().await;
    };
    serve(listener, platform, ServeOptions::default(), stop).await;
}
