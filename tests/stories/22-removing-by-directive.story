FAQ 3 of the modelled service's guide: how is somebody removed, where members cannot be removed? The
owner or the app sends a directive, at High, so that the limit does not lose it; the target's client
leaves by itself.

> group livestream owner=mia
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> zed@web joins
  = Joined
  2 Tip: Join Zed by zed, 2 online
  -> host: zed joined on Web
  -> host: zed is online
> zed@ios joins
  = AlreadyInGroup
  -> host: zed is back on Ios
> repeat 100 zed@web says flood
  = 3 times delivered
  = 97 times waiting
  3 times -> host: message delivered as at s
  3 times Normal: Zed: flood
> mia orders zed to leave
  = message 101: delivered as 6 at 0.000 s
  6 High: Mia:  Leave { users: [UserId("zed")] }
  -> host: message 101 delivered as 6 at 0.000 s
  -> zed@web after 6: Leave { users: [UserId("zed")] }
  -> zed@ios after 6: Leave { users: [UserId("zed")] }
> zed@web quits
  = done
  7 Tip: Quit Zed by zed, 1 online
  -> host: zed left, Quit from Web
  -> host: zed is offline
  -> zed@ios after 7: QuitElsewhere
> members
  mia Owner on Web
  0 guests, 1 online
> wait 2s
  8 Normal: Zed: flood
  9 Normal: Zed: flood
  10 Normal: Zed: flood
  11 Normal: Zed: flood
  12 Normal: Zed: flood
  13 Normal: Zed: flood
  14 Normal: Zed: flood
  15 Normal: Zed: flood
  16 Normal: Zed: flood
  -> host: message 4 delivered as 8 at 0.050 s
  -> host: message 5 delivered as 9 at 0.075 s
  -> host: message 6 delivered as 10 at 0.100 s
  -> host: message 7 delivered as 11 at 0.125 s
  -> host: message 8 delivered as 12 at 0.150 s
  -> host: message 9 delivered as 13 at 0.175 s
  -> host: message 10 delivered as 14 at 0.200 s
  -> host: message 11 delivered as 15 at 0.225 s
  -> host: message 12 delivered as 16 at 0.250 s
  -> host: 88 messages, 13 to 100, discarded: Expired

Nobody else can, and at no other priority.

> zed@web joins
  = Joined
  17 Tip: Join Zed by zed, 2 online
  -> host: zed joined on Web
  -> host: zed is online
> zed@web orders mia to leave
  ! that takes at least the role Owner (2108)
> mia orders zed to leave at normal
  ! a directive needs a control message of High priority, and a control message a directive that names users (1005)
> app orders zed to leave
  = message 102: delivered as 18 at 2.000 s
  18 High: the app:  Leave { users: [UserId("zed")] }
  -> host: message 102 delivered as 18 at 2.000 s
  -> zed@web after 18: Leave { users: [UserId("zed")] }
