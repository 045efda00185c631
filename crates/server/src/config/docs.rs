//! Documents made from the table of options.

use super::options::{OPTIONS, variable};

/// What stands above the table.
const HEAD: &str = "# Configuration

Made by `raally config docs` from the table that the program reads its options by.

Options come from a TOML file (`--config FILE` or `RAALLY_CONFIG`) and from the environment; the environment wins. In the
file the same names stand in small letters without the prefix: `listen = \"0.0.0.0:8080\"`. `raally config check` names
every fault at once, `raally config show` prints what is in force and where it comes from, without secrets. An unknown
name is a fault. `RAALLY_BUILD` names the build when the program is compiled; without it the commit does.

| option | value | default | what it does |
|---|---|---|---|
";

/// The page of all options.
pub fn page() -> String {
    let mut text = HEAD.to_owned();
    for option in OPTIONS {
        let cells = [variable(option.key), option.shape.name(), option.default.into(), option.meaning.into()];
        let [name, shape, default, meaning] = cells;
        text.push_str(&format!("| `{name}` | {shape} | {default} | {meaning} |\n"));
    }
    text
}

/// A commented `.env` file of all options.
pub fn env_example() -> String {
    let mut text = "# Every option of docs/configuration.md, with its default; made by `raally config docs --env`.\n\
        # Copy to `.env` and take away the `#` where you want another value.\n\n\
        # TOML file with options; RAALLY_BUILD names the build when the program is compiled.\n\
        #RAALLY_CONFIG=raally.toml\n"
        .to_owned();
    for option in OPTIONS {
        // A default in words is explained, one in code is shown.
        let plain =
            option.default.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).filter(|rest| !rest.contains('`'));
        let words =
            if plain.is_some() { String::new() } else { format!(" Default: {}.", option.default.replace('`', "")) };
        let meaning = option.meaning.replace('`', "");
        text.push_str(&format!("\n# {meaning}{words}\n#{}={}\n", variable(option.key), plain.unwrap_or("")));
    }
    text
}
