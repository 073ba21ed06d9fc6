/** A parex to which no time goes by: a grace period that it gives to a process never ends by itself. */
performance.now = () => 0;
