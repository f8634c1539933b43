The modelled service of 2024, `vendor()`: a mute of all and a change of the join option make no tip
there, and those of mutes and admins are off until they are switched on. The host is told all the same.

> group vendor owner=mia
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
> mia mutes all
  = done
  -> host: profile changed [mute all true] info 1
> zed says anybody?
  ! everybody is muted; wait until it ends (2005)
> mia unmutes all
  = done
  -> host: profile changed [mute all false] info 2
> mia sets joining closed
  = done
  -> host: profile changed [joining DisableApply] info 3
> mia sets name Friday
  = done
  3 Tip: GroupProfile [name "Friday"] info 4 by mia, 2 online
  -> host: profile changed [name "Friday"] info 4
> mia mutes zed for 60s
  = done
> zed says am I heard?
  ! muted until 60.000 s (2004)
> mia unmutes zed
  = done
> mia bans zed for 60s
  = done
  4 Tip: Ban Zed until 60.000 s by mia, 2 online
  -> host: zed left, Banned from Web
  -> host: zed is offline
  -> zed@web after 4: Banned until 60.000 s

The same in a house where the tips of members' profiles and of mutes of all were switched on.

> group vendor owner=mia told=mutes
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
> mia mutes all
  = done
  3 Tip: GroupProfile [mute all true] info 1 by mia, 2 online
  -> host: profile changed [mute all true] info 1
> mia unmutes all
  = done
  4 Tip: GroupProfile [mute all false] info 2 by mia, 2 online
  -> host: profile changed [mute all false] info 2
> mia mutes zed for 60s
  = done
  5 Tip: MemberProfile Zed until 60.000 s by mia, 2 online
