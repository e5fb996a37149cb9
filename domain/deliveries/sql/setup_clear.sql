-- Mail is off: nothing is made for it any more. Index: primary key.
delete from delivery_setup where channel = 'email'
