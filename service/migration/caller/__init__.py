"""What a caller uses of the services that it calls, as its recorded calls and its source code show."""
