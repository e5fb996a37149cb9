-- Why, for every row of history that this transaction writes from now on.
select set_config('nightshift.reason', $1, true)
