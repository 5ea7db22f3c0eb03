// Owns nothing yet: the dashboard has a release of its own.
export {}
