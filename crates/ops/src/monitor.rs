//! `raallyctl monitor`: what an environment does right now, in a terminal that one may leave open, or as JSON.
//!
//! It reads the instances' `/metrics`, the gateway's socket and the journal, and keeps nothing: budgets and burn rates are
//! from what it has seen itself, and it says for how long that was.

pub mod draw;
pub mod openmetrics;
pub mod source;
pub mod view;
pub mod watch;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::failed::{Doing, Failed};
use crate::talk::Talk;
use draw::Look;
use source::Source;
use view::View;
use watch::Watch;

/// `monitor`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment's name.
    #[arg(long, short, env = "RAALLYCTL_ENV", required_unless_present_any = ["instance", "gateway"])]
    pub env: Option<String>,
    /// The file that describes the environments.
    #[arg(long, short, env = "RAALLYCTL_FILE", default_value = "deploy/environments.toml")]
    pub file: PathBuf,
    /// An instance to read, as host:port, beside those that the gateway knows; may be given several times.
    #[arg(long)]
    pub instance: Vec<String>,
    /// The gateway's socket, where there is no environment.
    #[arg(long, conflicts_with = "env")]
    pub gateway: Option<PathBuf>,
    /// Seconds between readings.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10))]
    pub every: u64,
    /// One picture from two readings, then the end. Without it, --json writes one object a line.
    #[arg(long)]
    pub once: bool,
}

/// Runs the command.
///
/// # Errors
/// When the environment can't be read or the terminal can't be used; what does not answer is part of the picture.
pub async fn run(options: &Options, talk: Talk) -> Result<ExitCode, Failed> {
    let source = Source::new(options)?;
    let mut watch = Watch::new(source.title());
    let every = Duration::from_secs(options.every);
    if options.once {
        watch.see(&source.read().await);
        tokio::time::sleep(every).await;
        let view = watch.see(&source.read().await);
        talk.data(&view, &as_text(&view))?;
        return Ok(if view.replicas.iter().any(|replica| replica.answers) {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(2)
        });
    }
    if talk.json() {
        return stream(&source, &mut watch, every).await;
    }
    if !std::io::stdout().is_terminal() {
        return Err(Failed::input("standard output is no terminal").next("give --once, or --json for a stream"));
    }
    let mut terminal = ratatui::try_init().doing("can't use the terminal")?;
    let shown = show(&mut terminal, &source, &mut watch, every).await;
    ratatui::restore();
    shown.map(|()| ExitCode::SUCCESS)
}

async fn stream(source: &Source, watch: &mut Watch, every: Duration) -> Result<ExitCode, Failed> {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        let view = watch.see(&source.read().await);
        let line = serde_json::to_string(&view).doing("the picture")?;
        match writeln!(std::io::stdout(), "{line}") {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            Err(error) => return Err(Failed::ours(format!("can't write to standard output: {error}"))),
        }
    }
}

async fn show(
    terminal: &mut ratatui::DefaultTerminal,
    source: &Source,
    watch: &mut Watch,
    every: Duration,
) -> Result<(), Failed> {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let mut look = Look { colours: !plain, paused: false };
    let mut view = watch.see(&source.read().await);
    let mut next = Instant::now() + every;
    loop {
        terminal.draw(|frame| draw::draw(frame, &view, look)).doing("can't draw")?;
        match key(next.saturating_duration_since(Instant::now())).await? {
            Some(Key::End) => return Ok(()),
            Some(Key::Pause) => look.paused = !look.paused,
            None => {}
        }
        if Instant::now() >= next {
            // Also in a pause: nothing that happens meanwhile may be missed.
            let seen = watch.see(&source.read().await);
            if !look.paused {
                view = seen;
            }
            next = Instant::now() + every;
        }
    }
}

enum Key {
    End,
    Pause,
}

/// Waits for a key that means something, for a resize, or for the time to pass.
async fn key(patience: Duration) -> Result<Option<Key>, Failed> {
    let read = move || -> std::io::Result<Option<Event>> {
        if event::poll(patience)? { event::read().map(Some) } else { Ok(None) }
    };
    let event = tokio::task::spawn_blocking(read).await.doing("the keyboard")?.doing("the keyboard")?;
    let Some(Event::Key(key)) = event else { return Ok(None) };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Ok(match key.code {
        _ if key.kind == KeyEventKind::Release => None,
        KeyCode::Char('q') | KeyCode::Esc => Some(Key::End),
        KeyCode::Char('c') if control => Some(Key::End),
        KeyCode::Char('p' | ' ') => Some(Key::Pause),
        _ => None,
    })
}

/// The picture as plain text, a hundred columns wide.
fn as_text(view: &View) -> String {
    let rows = 24 + view.replicas.len() + view.groups.len();
    let Ok(mut terminal) = Terminal::new(TestBackend::new(100, rows.min(500) as u16));
    let Ok(_) = terminal.draw(|frame| draw::draw(frame, view, Look::default()));
    let buffer = terminal.backend().buffer();
    let lines = buffer.content().chunks(usize::from(buffer.area.width));
    let text = |cells: &[ratatui::buffer::Cell]| cells.iter().map(|cell| cell.symbol()).collect::<String>();
    lines.map(|cells| text(cells).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
