"""One task per kind of job."""
