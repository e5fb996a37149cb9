-- In whose name this transaction acts from now on, and why.
select set_config('nightshift.actor', $1, true), set_config('nightshift.organization', $2, true), set_config('nightshift.reason', $3, true)
