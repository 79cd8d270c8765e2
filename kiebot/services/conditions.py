"""Errors that are no mistakes in the code: the machine, the configuration, Telegram or a provider is in a state that stops us."""

from __future__ import annotations

# Words of the error (a regular expression), what they mean, what to do
CONDITIONS = (
    (
        r"database is locked|database table is locked",
        "another process kept the database locked for over 10 s",
        "look for a copy or a backup tool that opens kiebot.db directly; `kiebot-admin doctor`",
    ),
    (
        r"no such (table|column)|has no column named",
        "the database has another schema than this release",
        "`kiebot-admin db check`, then `kiebot-admin db migrate`",
    ),
    (
        r"disk image is malformed|file is not a database|database corruption",
        "the database file is damaged",
        "stop kiebot and `kiebot-admin restore BACKUP`",
    ),
    (
        r"No space left on device|database or disk is full",
        "the disk is full",
        "free some space; lower media.max_gb and media.keep_hours",
    ),
    (r"disk I/O error", "the disk does not write or read, or it is full", "`df -h`, `dmesg`; then `kiebot-admin db check`"),
    (
        r"Permission denied|readonly database|Read-only file system",
        "a file belongs to another user or the disk is read-only",
        "`kiebot-admin doctor --fix`; run commands as the user who owns the data directory",
    ),
    (
        r"Too many open files",
        "the process ran out of file descriptors",
        "raise LimitNOFILE of the unit; look for what keeps files open",
    ),
    (
        r"MemoryError|Cannot allocate memory",
        "the machine or the unit ran out of memory",
        "raise MemoryMax, or lower worker.threads",
    ),
    (
        r"No module named",
        "a package is missing: the environment is not of this release",
        "install again: `make venv` or scripts/install",
    ),
    (
        r"AUTH_KEY_UNREGISTERED|SESSION_REVOKED|AUTH_KEY_INVALID",
        "Telegram ended this session",
        "stop the bot, move data_dir/session away and start it again",
    ),
    (r"AUTH_KEY_DUPLICATED", "the same session is in use twice", "stop the other bot; then move data_dir/session away"),
    (
        r"ACCESS_TOKEN_(INVALID|EXPIRED)|USER_DEACTIVATED",
        "Telegram does not know this bot's token any more",
        "ask @BotFather for the token and set telegram.bot_token",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        "a server's certificate is not trusted here",
        "is the clock right? are ca-certificates installed? SSL_CERT_FILE names an authority of your own",
    ),
    (
        r"Name or service not known|Temporary failure in name resolution|getaddrinfo",
        "names are not resolved",
        "`kiebot-admin doctor --online`; look at /etc/resolv.conf",
    ),
    (
        r"^provider-auth",
        "the provider refuses the key",
        "set the right key (`kiebot-admin doctor --online` tries it) and restart",
    ),
    (r"^provider-provider_funds", "the account at the provider is empty", "top it up; what waits goes on by itself"),
    (
        r"^job-unclear",
        "an order left and no answer came: it may have reached the provider",
        "`kiebot-admin jobs list --state unclear`, look at the provider's own list, then `jobs retry` or `jobs cancel --force`",
    ),
    (
        r"^job-stuck",
        "a job broke three times at the same step and was given up",
        "`kiebot-admin jobs list --state failed`, `logs`",
    ),
    (
        r"RecursionError",
        "a call that calls itself without end, or data nested too deep",
        "`kiebot-admin errors show` has the frames",
    ),
    (r"surrogates not allowed", "half of a character was written where only whole ones can be", "report it with `errors show`"),
)
