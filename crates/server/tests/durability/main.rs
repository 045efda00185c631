//! Raally keeps what it acknowledged (TRUST.md P1, P3, P6 to P9), seen from outside: the program as processes on one
//! database, spoken to over HTTP, killed, stopped, starved of disk and database, moved in time, copied and upgraded.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod backup;
mod clock;
mod company;
mod disk;
mod drain;
mod http;
mod imports;
mod installation;
mod killed;
mod load;
mod lost_postgres;
mod old_data;
mod proof;
mod shipped;
