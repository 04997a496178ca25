"""Headers that every answer of the site carries."""

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=()",
}
DIRECTIVES = {
    "default-src 'self'",
    "img-src 'self' data:",
    "style-src 'self'",
    "script-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}


def missing_headers(response) -> list[str]:
    """Return the names of headers that are missing or say something else."""
    wrong = [name for name, value in WANTED.items() if response.get(name) != value]
    policy = response.get("Content-Security-Policy", "")
    if {part.strip() for part in policy.split(";")} != DIRECTIVES:
        wrong.append(f"Content-Security-Policy ({policy})")
    return wrong
