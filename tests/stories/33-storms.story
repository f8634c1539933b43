A storm of joins is folded: at most so many tips, with every join counted.

> group livestream tips=1
> repeat 500 user# joins
  = 500 times Joined
  500 times -> host: is online
  500 times -> host: joined on Web
  1 times Tip: Join by online
> wait 1s
  2 Tip: Join User2, User3, User4, User5, User6, User7, User8, User9, User10, User11 and 489 more, 500 online
> repeat 500 user# quits
  = 500 times done
  500 times -> host: is offline
  500 times -> host: left, Quit from Web
> wait 1s
  3 Tip: Quit User1, User2, User3, User4, User5, User6, User7, User8, User9, User10 and 490 more, 0 online
