#!/usr/bin/env bash
# Makes the files of the demonstration. Needs ffmpeg, espeak-ng, ImageMagick, Ghostscript, Node.js and the
# DejaVu fonts; writes into the folder in which it lies. Nothing runs it but a person.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mono=$(fc-match -f '%{file}' 'DejaVu Sans Mono:style=Bold')
ff() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
say() { espeak-ng -v "$1" -s "$2" -w "$work/$3.wav" "$4"; }

# A clock that is burnt in, as cameras do: clock EPOCH TEXT
clock() {
  printf '%%{pts:gmtime:%s:%%Y-%%m-%%d T%%H\\:%%M\\:%%SZ}  %s' "$1" "$2" >"$work/clock-$1.txt"
  printf 'drawtext=fontfile=%s:fontsize=15:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=5:x=10:y=10:textfile=%s' "$mono" "$work/clock-$1.txt"
}
x264=(-c:v libx264 -preset veryslow -profile:v high -pix_fmt yuv420p -g 30 -c:a aac -ac 1 -ar 32000 -b:a 40k -movflags +faststart -map_metadata -1)

# --- Body-worn, unit 12: a traffic stop at night -------------------------------------------------
convert -size 760x440 gradient:'#05070d-#141a26' \
  -fill '#1b1e24' -draw 'polygon 0,440 760,440 520,210 240,210' \
  -stroke '#c8b24a' -strokewidth 4 -draw 'line 250,212 20,440' -stroke '#8a8f98' -draw 'line 508,212 742,440' -stroke none \
  -fill '#2a2f38' -draw 'rectangle 0,150 240,214' -draw 'rectangle 520,120 760,214' \
  -fill '#e8c36a' -draw 'rectangle 36,166 56,184' -draw 'rectangle 112,166 132,184' -draw 'rectangle 600,144 622,166' \
  -fill '#5c1620' -draw 'roundrectangle 270,190 490,330 26,26' -fill '#20242c' -draw 'roundrectangle 300,204 460,252 14,14' \
  -fill '#ff2a2a' -draw 'roundrectangle 280,268 322,290 6,6' -draw 'roundrectangle 438,268 480,290 6,6' \
  -fill '#d9dde2' -draw 'rectangle 346,282 414,308' -fill '#10131a' -font "$mono" -pointsize 14 -draw "text 350,300 'FHV 318'" \
  -fill '#0b0c10' -draw 'rectangle 286,326 330,346' -draw 'rectangle 430,326 474,346' \
  -blur 0x0.8 "$work/stop.png"
convert -size 300x300 radial-gradient:'#fff6d8a0-#fff6d800' "$work/torch.png"
say en-us+m3 150 s1 'Good evening. Officer Ruiz, Fairhaven Police. The reason I stopped you is that you went through the red light at Mill Street.'
say en-us+f2 165 s2 'I am sorry, officer. I did not see it change.'
say en-us+m3 150 s3 'Have you had anything to drink tonight? Please hand me your license and registration.'
ff -i "$work/s1.wav" -i "$work/s2.wav" -i "$work/s3.wav" -f lavfi -t 24 -i 'anoisesrc=c=brown:a=0.06:r=32000' -filter_complex \
  "[0]adelay=1500:all=1[a];[1]adelay=10800:all=1[b];[2]adelay=15000:all=1[c];[a][b][c][3]amix=inputs=4:duration=longest:normalize=0,atrim=0:24,highpass=120,lowpass=7000[out]" \
  -map '[out]' "$work/stop.wav"
ff -loop 1 -framerate 20 -t 24 -i "$work/stop.png" -loop 1 -framerate 20 -t 24 -i "$work/torch.png" -i "$work/stop.wav" -filter_complex \
  "[0]format=yuv444p,drawbox=x=0:y=0:w=iw:h=ih:c=red@0.13:t=fill:enable='lt(mod(t,1.2),0.4)',drawbox=x=0:y=0:w=iw:h=ih:c=blue@0.15:t=fill:enable='between(mod(t,1.2),0.6,1)'[p];
   [p][1]overlay=x='230+90*sin(t*0.7)':y='130+40*sin(t*1.1)'[q];
   [q]crop=640:360:'60+14*sin(t*1.9)+5*sin(t*7)':'40+9*sin(t*2.3)+4*sin(t*6.1)',$(clock 1773468848 'FPD BWC 1204')[v]" \
  -map '[v]' -map 2:a -t 24 -crf 27 "${x264[@]}" "$here/BWC_1204_20260314_061408Z.mp4"

# A clip of it, cut without encoding it again.
ff -ss 10.5 -t 6 -i "$here/BWC_1204_20260314_061408Z.mp4" -c copy -movflags +faststart -map_metadata -1 "$here/BWC_1204_clip_061418Z.mp4"

# --- In-car, unit 12: the way to the stop, a road that runs towards the camera -------------------
ff -f lavfi -i "nullsrc=s=640x360:r=20:d=18,format=yuv420p,geq=
   lum='if(lt(Y,150), 34+Y*0.28,
        if(lt(abs(X-320-(Y-150)*0.9*sin(T*0.35)/3-0), (Y-150)*0.016)*lt(mod(2400/(Y-148)+T*9,8),4), 215,
        if(lt(abs(abs(X-320)-(Y-150)*1.25), (Y-150)*0.02), 190,
        if(lt(abs(X-320), (Y-150)*1.25), 52+(Y-150)*0.05, 38+6*mod(floor(2400/(Y-148)+T*9),2)))))':
   cb='if(lt(Y,75),136,if(lt(abs(X-160),(Y-75)*1.25),128,119))':
   cr='if(lt(Y,75),123,if(lt(abs(X-160),(Y-75)*1.25),128,121))',format=yuv420p" -c:v ffv1 "$work/road.mkv"
convert -size 120x70 xc:none -fill '#5c1620' -draw 'roundrectangle 4,8 116,60 12,12' -fill '#20242c' -draw 'roundrectangle 20,13 100,34 6,6' \
  -fill '#ff3030' -draw 'rectangle 9,40 27,48' -draw 'rectangle 93,40 111,48' -fill '#d9dde2' -draw 'rectangle 46,45 74,55' "$work/car.png"
ff -f lavfi -t 18 -i 'anoisesrc=c=brown:a=0.16:r=32000' -f lavfi -t 18 -i "sine=f=900:r=32000" -filter_complex \
  "[1]volume='if(gt(t,7),0.05*abs(sin(t*2.6)),0)':eval=frame,vibrato=f=2.5:d=0.9[s];[0][s]amix=inputs=2:normalize=0,lowpass=3500[out]" -map '[out]' "$work/drive.wav"
ff -i "$work/road.mkv" -loop 1 -framerate 20 -t 18 -i "$work/car.png" -i "$work/drive.wav" -filter_complex \
  "[1]scale=w='trunc((60+3.2*t)/2)*2':h=-2:eval=frame[c];[0][c]overlay=x='290-1.6*t+26*sin(t*0.5)':y='166-0.6*t':eval=frame,
   drawbox=x=0:y=340:w=iw:h=20:c=red@0.35:t=fill:enable='gt(t,7)*lt(mod(t,1.2),0.4)',drawbox=x=0:y=340:w=iw:h=20:c=blue@0.35:t=fill:enable='gt(t,7)*between(mod(t,1.2),0.6,1)',
   $(clock 1773468744 'UNIT 12 FRONT'),drawtext=fontfile=$mono:fontsize=15:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=5:x=w-tw-10:y=10:text='%{eif\\:34+8*sin(t*0.4)\\:d} MPH'[v]" \
  -map '[v]' -map 2:a -t 18 -crf 27 "${x264[@]}" "$here/ICV_UNIT12_20260314_061224Z.mp4"

# --- Body-worn, unit 7: a door in an apartment house ----------------------------------------------
convert -size 720x420 gradient:'#b9a988-#8d7c60' -fill '#6d4a2b' -draw 'rectangle 250,40 450,420' -fill '#7d5836' \
  -draw 'rectangle 270,62 430,190' -draw 'rectangle 270,216 430,380' -fill '#d8c35c' -draw 'circle 432,232 440,238' \
  -fill '#efe9da' -draw 'rectangle 326,90 374,120' -fill '#222' -font "$mono" -pointsize 22 -draw "text 338,113 '6'" \
  -fill '#5d5140' -draw 'rectangle 0,392 720,420' -fill '#ded3b8' -draw 'rectangle 520,110 640,230' -fill '#9aa9a0' -draw 'rectangle 528,118 632,222' \
  -blur 0x0.6 "$work/door.png"
convert -size 110x300 xc:none -fill '#2f3d5c' -draw 'roundrectangle 10,80 100,290 34,34' -fill '#c99e7d' -draw 'ellipse 55,48 30,38 0,360' \
  -fill '#3b2a1d' -draw 'ellipse 55,30 31,22 180,360' -blur 0x0.7 "$work/person.png"
say en-us+m1 155 d1 'Police. Officer Becker. Somebody called nine one one from here. Is everyone all right?'
say en-us+f4 150 d2 'He left before you came. I am all right now. Please come in.'
ff -i "$work/d1.wav" -i "$work/d2.wav" -f lavfi -t 16 -i 'anoisesrc=c=pink:a=0.015:r=32000' -filter_complex \
  "[0]adelay=1000:all=1[a];[1]adelay=9000:all=1[b];[a][b][2]amix=inputs=3:duration=longest:normalize=0,atrim=0:16[out]" -map '[out]' "$work/door.wav"
ff -loop 1 -framerate 20 -t 16 -i "$work/door.png" -loop 1 -framerate 20 -t 16 -i "$work/person.png" -i "$work/door.wav" -filter_complex \
  "[0]format=yuv444p,drawbox=x=250:y=40:w=200:h=380:c=0x1b1712@0.97:t=fill:enable='gt(t,7.4)'[p];
   [p][1]overlay=x='if(lt(t,7.4),-200,300+10*sin(t*1.4))':y='118+3*sin(t*2.8)':eval=frame[q];
   [q]crop=640:360:'40+10*sin(t*1.3)+3*sin(t*6)':'30+8*sin(t*1.7)+3*sin(t*5)',$(clock 1773716485 'FPD BWC 1187')[v]" \
  -map '[v]' -map 2:a -t 16 -crf 27 "${x264[@]}" "$here/BWC_1187_20260317_030125Z.mp4"

# --- Doorbell camera: somebody comes up the path and goes away with a parcel ----------------------
convert -size 640x360 gradient:'#9fb4c4-#d6dde0' -fill '#6f8a56' -draw 'rectangle 0,170 640,360' -fill '#b7b1a4' -draw 'polygon 280,170 360,170 470,360 170,360' \
  -fill '#8c6f57' -draw 'rectangle 0,60 130,250' -draw 'polygon 0,60 130,60 65,14' -fill '#e3ded2' -draw 'rectangle 40,110 88,160' \
  -fill '#3f5d3a' -draw 'circle 540,150 590,190' -draw 'circle 590,140 634,180' -fill '#5c432d' -draw 'rectangle 552,186 568,240' -blur 0x0.7 "$work/porch.png"
convert -size 90x230 xc:none -fill '#23262b' -draw 'roundrectangle 14,58 76,160 20,20' -draw 'rectangle 22,150 42,226' -draw 'rectangle 48,150 68,226' \
  -fill '#b98d6e' -draw 'ellipse 45,34 20,25 0,360' -fill '#1c1d20' -draw 'ellipse 45,24 23,20 180,360' -draw 'rectangle 22,20 68,30' "$work/walker.png"
convert -size 46x34 xc:'#b98b52' -fill '#8e6a3c' -draw 'rectangle 20,0 26,34' "$work/parcel.png"
ff -f lavfi -t 14 -i 'anoisesrc=c=pink:a=0.02:r=48000' -f lavfi -t 14 -i 'sine=f=3100:r=48000' -filter_complex \
  "[1]volume='0.02*gt(sin(t*9)*sin(t*1.3),0.6)':eval=frame[b];[0][b]amix=inputs=2:normalize=0[out]" -map '[out]' "$work/porch.wav"
ff -loop 1 -framerate 15 -t 14 -i "$work/porch.png" -loop 1 -framerate 15 -t 14 -i "$work/walker.png" -loop 1 -framerate 15 -t 14 -i "$work/parcel.png" -i "$work/porch.wav" -filter_complex \
  "[1]scale=w='trunc((34+if(lt(t,6),t*9,(12-t)*9))/2)*2':h=-2:eval=frame[w];
   [0][2]overlay=x='if(lt(t,6.2),330,-100)':y=300:eval=frame[p];
   [p][w]overlay=x='300+if(lt(t,6),t*2,(12-t)*2)-w/2+4*sin(t*6)':y='if(lt(t,12),168+if(lt(t,6),t*20,(12-t)*20)-h*0.42,-400)':eval=frame,
   $(clock 1773585012 'FRONT DOOR'),noise=alls=5:allf=t[v]" \
  -map '[v]' -map 3:a -t 14 -c:v libvpx-vp9 -crf 40 -b:v 0 -row-mt 1 -deadline good -cpu-used 1 -g 30 -pix_fmt yuv420p -c:a libopus -ac 1 -b:a 32k -map_metadata -1 \
  "$here/doorbell_218-cedar-lane_20260315.webm"

# --- Photographs ------------------------------------------------------------------------------------
grain() { convert "$1" \( -size "$(identify -format %wx%h "$1")" xc:gray50 +noise Gaussian -blur 0x0.7 -colorspace Gray \) -compose soft-light -composite "$1"; }
photo() { # FILE TIME DESCRIPTION
  grain "$work/$1.png"
  convert "$work/$1.png" -strip -sampling-factor 4:2:0 -quality 80 "$here/$1.jpg"
  node "$here/add-exif.mjs" "$here/$1.jpg" "$2" -04:00 "$3"
}
scale() { # the ruler that lies beside a trace: X Y
  printf "fill white rectangle %d,%d %d,%d fill black " "$1" "$2" $(($1 + 520)) $(($2 + 70))
  for ((cm = 0; cm <= 10; cm++)); do printf "line %d,%d %d,%d " $(($1 + 10 + cm * 50)) "$2" $(($1 + 10 + cm * 50)) $(($2 + 34)); done
  for ((cm = 0; cm < 10; cm += 2)); do printf "rectangle %d,%d %d,%d " $(($1 + 10 + cm * 50)) $(($2 + 50)) $(($1 + 60 + cm * 50)) $(($2 + 66)); done
}
convert -size 1600x1066 plasma:gray-gray -colorspace Gray -normalize +level-colors '#6f5336,#8c6b49' -colorspace sRGB -motion-blur 0x60+90 -fill '#e9e4d8' -draw 'rectangle 980,0 1600,1066' -fill '#cfc8b8' -draw 'rectangle 980,0 1010,1066' \
  -fill '#b9bcc0' -draw 'roundrectangle 800,420 930,700 20,20' -fill '#7d8288' -draw 'circle 865,500 905,500' -fill '#34373b' -draw 'rectangle 858,486 872,560' \
  -fill '#c9a77d' -draw 'polygon 940,380 1004,350 1010,420 950,430' -draw 'polygon 936,560 1010,540 1006,640 948,620' -stroke '#4b3420' -strokewidth 5 \
  -draw 'line 930,390 1006,372' -draw 'line 930,574 1008,560' -draw 'line 936,600 1004,606' -stroke none -draw "$(scale 180 900)" -font "$mono" -pointsize 64 -fill '#ffd83a' -draw 'roundrectangle 160,120 300,280 16,16' -fill black -draw "text 208,224 '1'" \
  -blur 0x1 "$work/DSC_0417.png"
photo DSC_0417 '2026:03:15 11:52:31' 'Rear door, strike plate, tool marks. Marker 1.'
tread=''
for y in 240 300 360 420 480 540; do tread+="polygon 520,$y 680,$((y + 34)) 840,$y 840,$((y + 16)) 680,$((y + 50)) 520,$((y + 16)) "; done
for y in 700 740 780 820; do tread+="rectangle 575,$y 785,$((y + 12)) "; done
convert -size 1600x1066 plasma:gray-gray -colorspace Gray -normalize +level-colors '#4f412f,#7d6a52' -colorspace sRGB -blur 0x2 -fill '#3a2e20' -draw 'roundrectangle 480,180 880,620 180,200' -draw 'roundrectangle 540,660 820,900 120,110' \
  -fill '#75644e' -draw "$tread" -blur 0x4 -draw "$(scale 960 880)" -font "$mono" -pointsize 64 -fill '#ffd83a' -draw 'roundrectangle 1200,140 1340,300 16,16' -fill black -draw "text 1248,244 '2'" \
  -blur 0x0.7 "$work/DSC_0418.png"
photo DSC_0418 '2026:03:15 11:58:04' 'Shoe print, flower bed below the rear window. Marker 2.'
convert -size 1600x1066 gradient:'#aebccb-#dfe3e6' -fill '#5a5d62' -draw 'rectangle 0,760 1600,1066' -fill '#f0f0ee' -draw 'rectangle 0,960 1600,980' \
  -fill '#2f5d7c' -draw 'roundrectangle 160,470 1440,840 90,90' -draw 'polygon 420,480 560,290 1080,290 1240,480' -fill '#22303c' -draw 'polygon 460,474 580,318 800,318 800,474' -draw 'polygon 830,474 830,318 1060,318 1196,474' \
  -fill '#17191c' -draw 'circle 430,830 430,950' -draw 'circle 1170,830 1170,950' -fill '#8f959b' -draw 'circle 430,830 430,890' -draw 'circle 1170,830 1170,890' \
  -fill '#244a63' -draw 'polygon 1250,560 1436,600 1420,720 1290,700' -fill '#1c3a4e' -draw 'polygon 1300,590 1420,620 1400,690 1330,680' \
  -stroke '#e6ebef' -strokewidth 5 -draw 'line 1180,600 1400,640' -draw 'line 1200,640 1390,668' -draw 'line 1226,690 1360,700' -stroke none \
  -fill '#d8d2c2' -draw 'rectangle 1380,540 1440,580' -blur 0x1.2 "$work/DSC_0431.png"
photo DSC_0431 '2026:03:16 17:20:45' 'Parked sedan, right front fender, paint transfer.'

# --- Emergency call -----------------------------------------------------------------------------------
calls=(
  'en-us+f3|150|Nine one one. What is the address of your emergency?'
  'en-us+f4|175|Forty one Alder Court, apartment six. Please hurry.'
  'en-us+f3|150|Forty one Alder Court, apartment six. Tell me exactly what happened.'
  'en-us+f4|175|My neighbor is shouting and I heard something break. There is a child in there.'
  'en-us+f3|150|Officers are on the way. Are you in a safe place? Did you see a weapon?'
  'en-us+f4|170|I am in the hallway. No, I did not see a weapon.'
  'en-us+f3|150|Please go back into your apartment and lock the door. Stay on the line with me.'
)
list=()
for at in "${!calls[@]}"; do
  IFS='|' read -r voice speed words <<<"${calls[$at]}"
  say "$voice" "$speed" "call$at" "$words"
  list+=(-i "$work/call$at.wav")
done
joined=''; for at in "${!calls[@]}"; do joined+="[$at]apad=pad_dur=0.7[c$at];"; done
for at in "${!calls[@]}"; do joined+="[c$at]"; done
ff "${list[@]}" -filter_complex "${joined}concat=n=${#calls[@]}:v=0:a=1,highpass=300,lowpass=3400,aresample=16000,volume=0.9[out]" \
  -map '[out]' -c:a aac -ac 1 -ar 16000 -b:a 32k -movflags +faststart -map_metadata -1 "$here/911_20260316_225714.m4a"

# --- Statement, two pages -------------------------------------------------------------------------------
cat >"$work/statement.ps" <<'PS'
%!PS
[ /Title (Witness statement, case 26-004431) /Author (Fairhaven Police Department) /DOCINFO pdfmark
/line { 72 y moveto show /y y 16 sub def } def
/head { /Helvetica-Bold findfont 15 scalefont setfont line /y y 8 sub def /Helvetica findfont 10.5 scalefont setfont } def
/rule { 72 y 6 add moveto 540 y 6 add lineto 0.5 setlinewidth stroke /y y 10 sub def } def
/foot { /Helvetica findfont 8 scalefont setfont 72 40 moveto show } def
/y 740 def
(FAIRHAVEN POLICE DEPARTMENT   WITNESS STATEMENT) head
(Case 26-004431     Burglary, 218 Cedar Lane     ORI OH0FAIR01) line
(Statement of: Joan Palmer     Taken by: Det. A. Grant, badge 0412     15 March 2026, 13:10) line rule
(I live at 220 Cedar Lane, next to number 218. The owners, Mr. and Mrs. Leland, are away until) line
(Tuesday and asked me to look after the mail.) line
() line
(On Sunday 15 March at about 10:30 in the morning I was in my kitchen, which looks on to the path) line
(of number 218. I saw a person in dark clothes and a dark cap come up to the front door. The person) line
(stood there for about half a minute and then picked up a parcel that had been lying beside the) line
(door since Saturday. The person walked back to the street with it. I did not think of it at once) line
(because I took the person for somebody from the family.) line
() line
(At about 11:20 I went over to put the mail inside. I noticed that the rear door stood open by a hand's) line
(width, and that the wood beside the lock was splintered. I did not go in. I touched the front) line
(handle only. I went home and called the police at 11:26.) line
(Page 1 of 2     The persons and events in this statement are invented.) foot
showpage
/y 740 def
(WITNESS STATEMENT, continued) head
(Case 26-004431     Joan Palmer) line rule
(The person was between 5 ft 8 and 6 ft tall and slim. I would put the age between 20 and 35. I saw) line
(the face from the side only and for a short time. I am not sure that I would know the person again.) line
() line
(There was a gray hatchback across the street with its engine running. I did not see its plate. It) line
(was gone when I went over with the mail.) line
() line
(The doorbell of number 218 has a camera. Mr. Leland told me by telephone that it records when) line
(somebody comes up the path, and that he will send the recording to the detective.) line
() line
(I have read this statement of two pages. It is true to the best of my knowledge.) line
() line () line
(Signed: J. Palmer                         Witnessed: A. Grant, Det., badge 0412) line
(15 March 2026, 13:42) line
(Page 2 of 2     The persons and events in this statement are invented.) foot
showpage
PS
gs -q -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -dCompatibilityLevel=1.7 -sOutputFile="$here/Statement_Palmer_20260315.pdf" "$work/statement.ps"

# --- Log of the dispatch computer -----------------------------------------------------------------------
cat >"$here/CAD_26-004417.txt" <<'TXT'
FAIRHAVEN REGIONAL DISPATCH            COMPUTER-AIDED DISPATCH, INCIDENT HISTORY
INCIDENT 26-004417        TYPE TRAFFIC STOP        PRIORITY 3        ORI OH0FAIR01
LOCATION HARBOR RD / MILL ST, FAIRHAVEN            ALL TIMES LOCAL (EDT, UTC-4)

2026-03-14 02:12:31  12    ON VIEW   VEH FAILED TO STOP FOR RED, HARBOR RD NB AT MILL ST
2026-03-14 02:13:40  12    STOP      OH REG FHV318, RED SEDAN, 1 OCC
2026-03-14 02:13:52  DISP  REG       FHV318 VALID, NO WANTS
2026-03-14 02:14:08  12    OUT       CONTACT WITH DRIVER, BWC ON
2026-03-14 02:16:55  12    REQ       SECOND UNIT FOR FIELD SOBRIETY TESTS
2026-03-14 02:17:03  DISP  ASSIGN    UNIT 7
2026-03-14 02:21:47  7     ARRIVED
2026-03-14 02:34:19  12    ARREST    ONE IN CUSTODY, OVI
2026-03-14 02:36:02  DISP  TOW       HARBOR TOWING, ETA 20
2026-03-14 02:41:30  12    ENROUTE   STATION, 1 IN CUSTODY, START MILEAGE 41208.6
2026-03-14 02:49:11  12    ARRIVED   STATION, END MILEAGE 41211.9
2026-03-14 03:02:25  7     CLEAR     VEH TOWED, INVENTORY COMPLETE
2026-03-14 04:18:44  12    CLEAR     REPORT TO FOLLOW

THE PERSONS, PLATES AND EVENTS IN THIS LOG ARE INVENTED.
TXT
ls -l "$here" | awk '{ sum += $5 } END { print sum " bytes in all" }'
