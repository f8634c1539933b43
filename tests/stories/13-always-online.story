The special marks of the modelled service: 500 keeps a member online for 3 days, whatever becomes of
the connection; 600 hides a member from the list.

> group vendor owner=mia
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> bot@pc joins
  = Joined
  2 Tip: Join Bot by bot, 2 online
  -> host: bot joined on Windows
  -> host: bot is online
> app marks bot 500
  = done
> app marks bot 600
  = done
> app marks mia 500
  = done
> members
  mia Owner on Web, marked 500
  0 guests, 2 online
> bot@pc detaches
  = done
> wait 31s
  -> host: bot left, Lost from Windows, and stays a member

The session is gone; the bot is still a member, and online.

> mia says hello
  = message 1: delivered as 3 at 31.000 s
  3 Normal: Mia: hello
  -> host: message 1 delivered as 3 at 31.000 s
> app marks bot 1000
  = done
> bot@web attaches
  = AlreadyInGroup
  -> host: bot is back on Web
> bot@web detaches
  = done
> wait 31s
  -> host: bot left, Lost from Web, and stays a member

Taken by the staff, the mark holds no longer.

> app unmarks bot 500
  = done
  4 Tip: Quit Bot by bot, 1 online
  -> host: bot left, Lost from Unknown
  -> host: bot is offline

Three days after it was given, it ends by itself. Mia owns the group, and so stays, offline.

> mia detaches
  = done
> wait 4318min
  -> host: mia left, Lost from Web, and stays a member
> members
  mia Owner on , marked 500
  0 guests, 1 online
> wait 1min
  -> host: mia is offline
> members
  mia Owner on 
  0 guests, 0 online

It does not hold back a quit.

> bot joins
  = Joined
  5 Tip: Join Bot by bot, 1 online
  -> host: bot joined on Web
  -> host: bot is online
> app marks bot 500
  = done
> bot quits
  = done
  6 Tip: Quit Bot by bot, 0 online
  -> host: bot left, Quit from Web
  -> host: bot is offline
