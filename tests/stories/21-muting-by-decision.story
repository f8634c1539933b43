FAQ 2 of the modelled service's guide: how is somebody muted? The owner asks for it with a custom
message; the host is asked about the message before it is delivered, mutes the member, and discards the
message silently.

> group livestream owner=mia ask=allow
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> zed joins
  = Joined
  2 Tip: Join Zed by zed, 2 online
  -> host: zed joined on Web
  -> host: zed is online
> mia asks to mute zed for 60s
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Mia: <mute zed 60s>
> app mutes zed for 60s
  = done
  3 Tip: MemberProfile Zed until 60.000 s, 2 online
> app answers 1 discard
  = done
  -> host: message 1 discarded: Decision, undisclosed
> zed says am I heard?
  ! muted until 60.000 s (2004)
> zed quits
  = done
  4 Tip: Quit Zed by zed, 1 online
  -> host: zed left, Quit from Web
  -> host: zed is offline
> zed joins
  = Joined
  5 Tip: Join Zed by zed, 2 online
  -> host: zed joined on Web
  -> host: zed is online
> zed says and now?
  ! muted until 60.000 s (2004)
> wait 60s
> zed says now?
  = message 2: held until 62.000 s
  -> host: question 2 for callback until 62.000 s, Policy: Zed: now?
> app answers 2 allow
  = done
  6 Normal: Zed: now?
  -> host: message 2 delivered as 6 at 60.000 s

The owner may also mute directly, for good, and everybody at once.

> mia mutes zed for good
  = done
  7 Tip: MemberProfile Zed until for good by mia, 2 online
> zed says never?
  ! muted until the end of time (2004)
> mia unmutes zed
  = done
  8 Tip: MemberProfile Zed by mia, 2 online
> mia mutes all
  = done
  9 Tip: GroupProfile [mute all true] info 1 by mia, 2 online
  -> host: profile changed [mute all true] info 1
> zed says anybody?
  ! everybody is muted; wait until it ends (2005)
> mia says quiet please
  = message 3: held until 62.000 s
  -> host: question 3 for callback until 62.000 s, Policy: Mia: quiet please
> app answers 3 allow
  = done
  10 Normal: Mia: quiet please
  -> host: message 3 delivered as 10 at 60.000 s
> mia unmutes all
  = done
  11 Tip: GroupProfile [mute all false] info 2 by mia, 2 online
  -> host: profile changed [mute all false] info 2
